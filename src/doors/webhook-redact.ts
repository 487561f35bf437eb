import { isNestedDeeper, MAX_NESTING } from '../facts/nesting.ts'

/** What could confirm, charge or open something for whoever reads it. */
const SECRET =
  /(^|_)(client_secret|secret|authorization_code|email_token|access_code|token|password|cvc|fingerprint|signature)$/
const SECRET_URL = /^(receipt_url|hosted_invoice_url|invoice_pdf|hosted_\w+_url|mirror_link|authorization_url)$/
/** What says more of a person than whose event it is; the e-mail stays, as people are found by it. */
const PERSONAL =
  /^(address|phone|first_name|last_name|billing_details|shipping|shipping_details|(customer_)?(address|name|phone|shipping|tax_ids)|individual_name|ip|ip_address|sending_ip|account_name|name_on_card|iban|last4|bin)$/
/** Ids of digits alone are no card numbers. */
const ID = /(^|_|-)(id|ids|reference|code)$/
const DIGITS = /\d(?:[ -]?\d){12,18}/g

/** A body as it may be kept: complete but for secrets, card numbers and personal details. Null if it cannot be kept. */
export function redact(body: unknown): unknown {
  if (body === undefined || isNestedDeeper(body, MAX_NESTING)) return null
  return clean(body, '')
}

function clean(value: unknown, key: string): unknown {
  if (typeof value === 'string') return cleanText(value, key)
  if (typeof value === 'number') return !ID.test(key) && isCardNumber(String(value)) ? '[card number]' : value
  if (Array.isArray(value)) return value.map((one) => clean(one, key))
  if (typeof value !== 'object' || value === null) return value
  const isPerson = (value as { object?: unknown }).object === 'customer'
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      storable(name),
      isPerson && name === 'name' ? '[personal]' : cleanField(name, one),
    ]),
  )
}

function cleanField(name: string, value: unknown): unknown {
  if (value === null) return null
  if (SECRET.test(name) || SECRET_URL.test(name)) return '[redacted]'
  return PERSONAL.test(name) ? '[personal]' : clean(value, name)
}

function cleanText(text: string, key: string): string {
  const safe = storable(text)
  if (ID.test(key)) return safe
  return safe.replace(DIGITS, (digits) => (isCardNumber(digits.replace(/\D/g, '')) ? '[card number]' : digits))
}

/** Postgres takes neither NUL nor half a surrogate pair. */
const storable = (text: string): string => text.replaceAll('\0', '␀').toWellFormed()

/** 13 to 19 digits that begin as cards do and pass Luhn's test. */
function isCardNumber(digits: string): boolean {
  if (!/^[2-6]\d{12,18}$/.test(digits)) return false
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    sum += i % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0)
  }
  return sum % 10 === 0
}
