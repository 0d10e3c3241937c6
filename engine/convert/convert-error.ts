/** Something that cannot be said in the other form: one sentence with the next step. */
export class ConvertError extends Error {
  override readonly name = 'ConvertError'
}
