// Compares an answer with a question's key. The key itself was compared with a run by `validate.ts`.
import type { Question } from './parse'
import type { QuestionBody } from './schema'

/** What somebody answered; its form is the question's. */
export type Answer =
  | { readonly form: 'choose'; readonly option: number }
  | {
      readonly form: 'order'
      /** Lines that are printed, in order; what is left out is never printed. */ readonly printed: readonly string[]
    }
  | {
      readonly form: 'response'
      readonly status: number
      /** Header names that are there. */ readonly headers: readonly string[]
    }

/** One part of an answer, so that a card can mark each line, option or header. */
interface JudgedPart {
  /** Option number, printed line, `status`, or header name. */
  readonly part: string
  readonly right: boolean
  /** What is so, in a few words; null where the part is right. */
  readonly instead: string | null
}

export interface Judgement {
  readonly right: boolean
  readonly parts: readonly JudgedPart[]
  /** The belief that goes with the answer (choose), or with its first wrong header; null where none was written down. */
  readonly belief: string | null
}

type Form<F extends QuestionBody['form']> = Extract<Question, { form: F }>

/**
 * Judges an answer.
 * @throws {RangeError} when the answer has another form than the question, or names an option that is not there
 */
export function judgeAnswer(question: Question, answer: Answer): Judgement {
  if (question.form === 'choose' && answer.form === 'choose') return judgeChoice(question, answer.option)
  if (question.form === 'order' && answer.form === 'order') return judgeOrder(question, answer.printed)
  if (question.form === 'response' && answer.form === 'response')
    return judgeResponse(question, answer.status, answer.headers)
  throw new RangeError(
    `An answer of the form ${answer.form} cannot be judged by ${question.id}, which has the form ${question.form}.`,
  )
}

function judgeChoice(question: Form<'choose'>, picked: number): Judgement {
  const option = question.options[picked]
  if (option === undefined) throw new RangeError(`${question.id} has no option ${picked}.`)
  const right = question.options.findIndex((one) => one.right)
  return {
    right: option.right,
    parts: [{ part: String(picked), right: option.right, instead: option.right ? null : String(right) }],
    belief: option.belief,
  }
}

function judgeOrder(question: Form<'order'>, printed: readonly string[]): Judgement {
  const place = (lines: readonly string[], line: string) => {
    const index = lines.indexOf(line)
    return index === -1 ? 'never printed' : `line ${index + 1}`
  }
  const parts = question.lines.map((line): JudgedPart => {
    const instead = place(question.key, line)
    const right = place(printed, line) === instead
    return { part: line, right, instead: right ? null : instead }
  })
  return { right: parts.every((part) => part.right), parts, belief: null }
}

function judgeResponse(question: Form<'response'>, status: number, headers: readonly string[]): Judgement {
  const parts: JudgedPart[] = [
    {
      part: 'status',
      right: status === question.status,
      instead: status === question.status ? null : String(question.status),
    },
    ...question.headers.map((header): JudgedPart => {
      const right = headers.includes(header.name) === header.there
      return { part: header.name, right, instead: right ? null : header.there ? 'is there' : 'is not there' }
    }),
  ]
  const wrong = question.headers.find((header) => parts.some((part) => part.part === header.name && !part.right))
  return { right: parts.every((part) => part.right), parts, belief: wrong?.belief ?? null }
}
