// The written form of lessons and questions: what an author may put into front matter and quiz files. Knows no folders.
import { z } from 'zod'

/** Short texts of markdown or plain words; an empty one is always a slip. */
const text = z.string().trim().min(1)

/** The five documents that the lessons are drawn from, by neutral names. */
const documentNames = ['blog-post', 'core-concepts', 'course-page', 'interview-qa', 'skill-reference'] as const

const claimSource = z.strictObject({
  /** Number of the claim in the list of claims. */
  claim: z.string().regex(/^[CT]\d{3}$/, 'is a letter C or T and three digits, like C001'),
  /** Documents that make the claim; none for a claim that only tests the library. */
  documents: z.array(z.enum(documentNames)),
  verdict: z.enum(['holds', 'fails', 'depends']),
  /** Function of the lesson's proof file that shows the verdict. */
  proof: z.string().regex(/^proof_[a-z0-9_]+$/, 'is the name of a function proof_… in the proof file'),
})

export const lessonSchema = z.strictObject({
  title: text,
  minutes: z.number().int().min(1).max(30),
  /** The one idea, in one sentence. */
  idea: text,
  sources: z.array(claimSource).min(1),
  proof: z.strictObject({
    /** Program whose run the proof is about. */
    program: z.enum(['start', 'solution']),
    file: z.string().regex(/\.py$/, 'is a Python file'),
  }),
})

const questionBase = {
  /** A few words above the question. */
  title: text,
  ask: text,
  /** The lesson's start or solution, or files in the question's own folder. */
  program: z.enum(['start', 'solution', 'own']),
  /** The lesson's requests, or those in the question's own folder. */
  requests: z.enum(['lesson', 'own']),
  /** Lines of the program that the card shows, 1-based, both included. */
  code: z.strictObject({ file: text, from: z.number().int().min(1), to: z.number().int().min(1) }),
  explain: text,
  /** Where "Show me" leads: the first step of that kind at that ring. */
  show: z.strictObject({
    exchange: z.number().int().min(0),
    layer: text,
    kind: z.enum(['enter', 'send', 'raise', 'catch']).optional(),
  }),
}

const chooseSchema = z.strictObject({
  form: z.literal('choose'),
  ...questionBase,
  options: z
    .array(z.strictObject({ text, right: z.boolean(), belief: text }))
    .min(2)
    .max(6)
    .refine((options) => options.filter((option) => option.right).length === 1, 'needs exactly one right option'),
})

const orderSchema = z
  .strictObject({
    form: z.literal('order'),
    ...questionBase,
    /** The exchange whose prints are asked for. */
    exchange: z.number().int().min(0),
    /** What the card lists, in the order it lists it. */
    lines: z.array(text).min(2).max(10),
    /** The prints of the exchange, in order; compared with the run. */
    key: z.array(text).min(1),
    /** Lines that are never printed. Where the field stands, the card has a place for them. */
    never: z.array(text).optional(),
  })
  .superRefine((question, context) => {
    const { lines, key, never = [] } = question
    if (new Set(lines).size !== lines.length)
      context.addIssue({ code: 'custom', path: ['lines'], message: 'holds a line twice' })
    if ([...key, ...never].sort().join('\n') !== [...lines].sort().join('\n'))
      context.addIssue({
        code: 'custom',
        path: ['lines'],
        message: 'must be the lines of key and never, in another order',
      })
    if (lines.join('\n') === [...key, ...never].join('\n'))
      context.addIssue({ code: 'custom', path: ['lines'], message: 'stand in the right order already' })
  })

const responseSchema = z
  .strictObject({
    form: z.literal('response'),
    ...questionBase,
    /** The exchange whose response is asked for. */
    exchange: z.number().int().min(0),
    statuses: z.array(z.number().int().min(100).max(599)).min(2).max(6),
    /** The status of the response; compared with the run. */
    status: z.number().int(),
    /** Headers asked for, each compared with the run. */
    headers: z
      .array(
        z.strictObject({
          name: z.string().regex(/^[a-z0-9-]+$/, 'is a header name in lower case'),
          there: z.boolean(),
          belief: text,
        }),
      )
      .min(1)
      .max(6),
  })
  .refine((question) => question.statuses.includes(question.status), {
    path: ['status'],
    message: 'is not among the statuses',
  })

export const questionSchema = z.discriminatedUnion('form', [chooseSchema, orderSchema, responseSchema])

export type LessonHead = z.infer<typeof lessonSchema>
export type QuestionBody = z.infer<typeof questionSchema>
