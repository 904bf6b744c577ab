/** How many levels of objects and lists are read. */
export const deepestJson = 64

/** JSON of somebody else in UTF-8 bytes; undefined where it is none, or nested past `deepestJson`. Never throws. */
export function readJson(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // Before parsing, so that nobody who walks through the value ever meets ten thousand levels.
    return isDeeper(text, deepestJson) ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether brackets outside of strings open deeper than `limit`. One pass, no recursion. */
export function isDeeper(text: string, limit: number): boolean {
  if (text.length <= limit) return false
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (inString) {
      if (char === 0x5c) i += 1
      else if (char === 0x22) inString = false
    } else if (char === 0x22) inString = true
    else if (char === 0x7b || char === 0x5b) {
      depth += 1
      if (depth > limit) return true
    } else if (char === 0x7d || char === 0x5d) depth -= 1
  }
  return false
}
