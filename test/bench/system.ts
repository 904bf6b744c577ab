/** What a measured system says when it is ready: where appointments are posted, and with which headers. */
export type SystemReady = { url: string; headers: Record<string, string> }
