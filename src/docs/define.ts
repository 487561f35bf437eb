import type { Config } from '../config.ts'
import type { Catalogue } from '../custom-metrics/catalogue.ts'
import type { RouteRule } from './rules.ts'

/** What is made from code, so that it is never typed twice. */
export interface DocFacts {
  config: Config
  catalogue: Catalogue
  rules: readonly RouteRule[]
}

export interface DocTable {
  caption: string
  head: readonly string[]
  /** The first cell of a row is set as code where `code` says so. */
  rows: readonly (readonly string[])[]
  code?: boolean
}

export interface DocSection {
  /** Part of the address, after the #. */
  id: string
  title: string
  /** A small Markdown: paragraphs, lists, code, links. */
  text: string
  /** Below the text, made from code. */
  table?: (facts: DocFacts) => DocTable
}

export interface DocPage {
  slug: string
  title: string
  summary: string
  sections: readonly DocSection[]
}

export const DOCS_PATH = '/dashboard/docs'
export const docHref = (slug: string, section?: string): string =>
  `${DOCS_PATH}/${slug}${section === undefined ? '' : `#${section}`}`
