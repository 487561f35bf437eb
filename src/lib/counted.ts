/** "1 day", "1,204 days"; `many` for nouns that do not just take an s. */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`
