const oldest = [22, 18] as const

/** What is wrong with a version of Node.js (`process.versions.node`), as a sentence, or null where it will do. */
export function nodeProblem(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return null
  return `Kalends needs Node.js ${oldest.join('.')} or newer; this is v${version}.`
}
