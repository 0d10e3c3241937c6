// What is kept of an answered question, and reading it back: the storage belongs to the whole origin, so nothing in it
// is taken on trust.
import type { Answer, Question } from '../../engine/lesson'

export type Confidence = 'guessing' | 'fairly' | 'sure'

export const CONFIDENCES: readonly { readonly value: Confidence; readonly name: string }[] = [
  { value: 'guessing', name: 'Guessing' },
  { value: 'fairly', name: 'Fairly' },
  { value: 'sure', name: 'Sure' },
]

export type Stored =
  { readonly kind: 'skipped' } | { readonly kind: 'answered'; readonly answer: Answer; readonly confidence: Confidence }

/** What was kept for a question; null where there is nothing, or nothing that fits the question as it is now. */
export function readStored(question: Question, value: unknown): Stored | null {
  if (!isRecord(value)) return null
  if (value['kind'] === 'skipped') return { kind: 'skipped' }
  const confidence = CONFIDENCES.find((one) => one.value === value['confidence'])?.value
  const answer = readAnswer(question, value['answer'])
  return value['kind'] === 'answered' && confidence && answer ? { kind: 'answered', answer, confidence } : null
}

function readAnswer(question: Question, value: unknown): Answer | null {
  if (!isRecord(value) || value['form'] !== question.form) return null
  if (question.form === 'choose') {
    const option = value['option']
    return typeof option === 'number' && question.options[option] ? { form: 'choose', option } : null
  }
  if (question.form === 'order') {
    const printed = value['printed']
    return isTexts(printed) && printed.every((line) => question.lines.includes(line))
      ? { form: 'order', printed }
      : null
  }
  const { status, headers } = value
  return typeof status === 'number' && question.statuses.includes(status) && isTexts(headers)
    ? { form: 'response', status, headers }
    : null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
