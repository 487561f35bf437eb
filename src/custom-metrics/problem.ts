/** What is wrong with a formula, and where: characters `at` up to, not with, `end`. */
export interface FormulaProblem {
  message: string
  at: number
  end: number
  /** It is the unit that was chosen which does not fit. */
  of?: 'unit'
}

/** Stops the reading of a formula. */
export class FormulaError extends Error implements FormulaProblem {
  readonly at: number
  readonly end: number

  constructor(message: string, at: number, end: number) {
    super(message)
    this.name = 'FormulaError'
    this.at = at
    this.end = end
  }
}
