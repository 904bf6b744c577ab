/**
 * A text as it sounds more than as it is spelled, for comparing: small letters without marks, one way to write umlauts,
 * nothing but letters and digits between single spaces. "Zoë Müller" and "Zoe Mueller" come to the same.
 */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/ae/g, 'a')
    .replace(/oe/g, 'o')
    .replace(/ue/g, 'u')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** How many letters must be changed, added, left out or swapped with their neighbour to make one word of another. */
export function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, n) => n)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const ways = [at(rows, i - 1, j) + 1, at([row], 0, j - 1) + 1, at(rows, i - 1, j - 1) + (isSame ? 0 : 1)]
      if (swapped) ways.push(at(rows, i - 2, j - 2) + 1)
      row.push(Math.min(...ways))
    }
    rows.push(row)
  }
  return at(rows, a.length, b.length)
}

function at(rows: readonly (readonly number[])[], i: number, j: number): number {
  return rows[i]?.[j] ?? 0
}

/** Whether two folded words may be one that was misheard: a letter for four, two for eight. */
export function soundsLike(a: string, b: string): boolean {
  if (a === b) return true
  const length = Math.max(a.length, b.length)
  const most = length >= 8 ? 2 : 1
  // Their lengths alone can tell, and they are asked first: a caller's word is held against every service that there is.
  return length >= 4 && Math.abs(a.length - b.length) <= most && distance(a, b) <= most
}
