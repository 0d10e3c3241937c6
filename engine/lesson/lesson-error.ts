// What is wrong with a lesson's files, worded for its author.

/** A lesson that cannot be read. `file` is the path under `lessons/`, `field` the place in it, or null. */
export class LessonError extends Error {
  override readonly name = 'LessonError'

  constructor(
    readonly file: string,
    readonly field: string | null,
    readonly problem: string,
    options?: ErrorOptions,
  ) {
    super(`${file}${field === null ? '' : `, field ${field}`}: ${problem}`, options)
  }
}
