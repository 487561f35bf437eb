import type { Random } from './random.ts'

/** Invented people and companies: every address ends in .example, which nobody can own (RFC 2606). */
const FIRST = [
  ...['ada', 'amara', 'aiko', 'anders', 'bola', 'bruno', 'camille', 'chidi', 'clara', 'dalia', 'dev', 'elif'],
  ...['emeka', 'erin', 'farid', 'femi', 'freya', 'gita', 'hana', 'hugo', 'imani', 'ines', 'ivan', 'jonas'],
  ...['juno', 'kamau', 'kavya', 'kenji', 'lara', 'leo', 'lindiwe', 'lucia', 'malik', 'maya', 'milan', 'naledi'],
  ...['nia', 'noor', 'oki', 'olu', 'pia', 'priya', 'rafael', 'ravi', 'rosa', 'sana', 'sofia', 'tariq'],
  ...['thandi', 'theo', 'uma', 'vera', 'wanjiru', 'will', 'yara', 'yuki', 'zane', 'zola'],
]
const LAST = [
  ...['adler', 'banda', 'birch', 'brook', 'calder', 'cedar', 'dune', 'ember', 'fable', 'fenn', 'flint', 'grove'],
  ...['hale', 'harrow', 'heron', 'holt', 'juniper', 'kestrel', 'lark', 'linden', 'marlow', 'marsh', 'mercer'],
  ...['moss', 'nightjar', 'oakes', 'orchard', 'otter', 'pike', 'quill', 'reed', 'rowan', 'sable', 'sparrow'],
  ...['tamar', 'thorn', 'vale', 'wick', 'willow', 'wren', 'yarrow', 'zephyr'],
]

export interface PersonName {
  username: string
  email: string
  name: string
}

/** A person's name; `serial` keeps usernames apart, `domain` is that of the tenant, if any. */
export function personName(random: Random, serial: string, domain: string | undefined): PersonName {
  const first = random.pick(FIRST)
  const last = random.pick(LAST)
  const username = `${first}.${last}.${serial}`
  return {
    username,
    email: `${username}@${domain ?? random.pick(['inbox.example', 'mail.example', 'post.example'])}`,
    name: `${capital(first)} ${capital(last)}`,
  }
}

const SITE_KINDS = ['Bakery', 'Portfolio', 'Clinic', 'Podcast', 'Shop', 'Studio', 'School', 'Festival', 'Café', 'Blog']

/** The name of a website somebody builds. */
export function projectName(random: Random): string {
  return `${capital(random.pick(LAST))} ${random.pick(SITE_KINDS)}`
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
