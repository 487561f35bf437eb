/** "a", "a or b", "a, b or c". */
export const anyOf = (words: readonly string[]): string => listed(words, 'or')

/** "a", "a and b", "a, b and c". */
export const allOf = (words: readonly string[]): string => listed(words, 'and')

function listed(words: readonly string[], last: string): string {
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}
