// The written form of a browser case: apps, the browser's beginnings, and what pages ask for. Knows the recorded cases' format
// (`engine/browser/cases`) and reads anything of that shape.
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import {
  ADDRESS_SPACES,
  type AskKind,
  type CacheMode,
  type CredentialsMode,
  type RedirectMode,
  type RequestMode,
} from '../protocol'
import { InputError } from './read-program'

const KINDS = [
  ...(['fetch', 'xhr', 'beacon', 'eventsource', 'websocket', 'navigation', 'form', 'iframe'] as const),
  ...(['img', 'script', 'module', 'css', 'font', 'document.cookie'] as const),
] satisfies readonly AskKind[]
const MODES = ['cors', 'no-cors', 'same-origin', 'navigate'] satisfies readonly RequestMode[]
const CREDENTIALS = ['omit', 'same-origin', 'include'] satisfies readonly CredentialsMode[]
const REDIRECTS = ['follow', 'error', 'manual'] satisfies readonly RedirectMode[]
const CACHES = [
  ...(['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'] as const),
] satisfies readonly CacheMode[]

const pairs = z
  .union([z.record(z.string(), z.string()), z.array(z.tuple([z.string(), z.string()]))])
  .transform((given) => (Array.isArray(given) ? given : Object.entries(given)))
/** Bytes, however they are written. */
const content = {
  text: z.string().optional(),
  bytes: z.array(z.number().int().min(0).max(255)).optional(),
  base64: z.base64().optional(),
  chunks: z.array(z.string()).optional(),
}
const body = z.union([
  z.string(),
  z.discriminatedUnion('kind', [
    z.object({ kind: z.enum(['formdata', 'params']), fields: pairs }),
    z.object({ kind: z.literal('blob'), type: z.string().optional(), ...content }),
    z.object({ kind: z.enum(['bytes', 'stream']), ...content }),
  ]),
])

const pageOrigin = z
  .string()
  .regex(
    /^(?:https?:\/\/[^/?#\s]+|null(?:\(\w+\))?)$/,
    'is an origin such as http://app.shop.test:8101, or null(sandbox)',
  )

const request = z.object({
  /** May be malformed: refusing it is the browser's. */
  url: z.string(),
  kind: z.enum(KINDS).nullish(),
  method: z.string().nullish(),
  headers: pairs.nullish(),
  mode: z.enum(MODES).nullish(),
  credentials: z.enum(CREDENTIALS).nullish(),
  redirect: z.enum(REDIRECTS).nullish(),
  cache: z.enum(CACHES).nullish(),
  referrer: z.string().nullish(),
  referrerPolicy: z.string().nullish(),
  integrity: z.string().nullish(),
  targetAddressSpace: z.enum(ADDRESS_SPACES).nullish(),
  keepalive: z.boolean().nullish(),
  uploadListener: z.boolean().nullish(),
  /** The attribute's value; empty means `anonymous`. */
  crossorigin: z.string().nullish(),
  /** What `document.cookie` is set to. */
  cookie: z.string().nullish(),
  body: body.nullish(),
  page_origin: pageOrigin.nullish(),
})

const cookie = z.object({
  name: z.string(),
  value: z.string(),
  /** With a leading dot it goes to subdomains too. */
  domain: z.string().nullish(),
  path: z.string().nullish(),
  /** Stands for domain, path and `secure`. */
  url: z.url().nullish(),
  httpOnly: z.boolean().nullish(),
  secure: z.boolean().nullish(),
  sameSite: z.enum(['Strict', 'Lax', 'None']).nullish(),
  /** Seconds since 1970; -1 for a session cookie. */
  expires: z.number().nullish(),
  partitionKey: z.string().nullish(),
})

const step = z.union(
  [
    z.strictObject({ request }),
    z.strictObject({ sleep: z.number().min(0).max(1e9) }),
    z.strictObject({ app: z.string() }),
    z.strictObject({ site_app: z.string() }),
  ],
  { error: 'is one of {"request": …}, {"sleep": seconds}, {"app": source}' },
)

const schema = z
  .object({
    id: z.string().min(1),
    page_origin: pageOrigin,
    /** `regular` allows third-party cookies. */
    profile: z.enum(['incognito', 'regular']).nullish(),
    /** Chromium's; `--ip-address-space-overrides` counts. */
    flags: z.array(z.string()).nullish(),
    /** Granted by the user; `local-network-access` counts. */
    permissions: z.array(z.string()).nullish(),
    /** That the page's own document came with; Content-Security-Policy and Referrer-Policy count. */
    page_headers: z.record(z.string(), z.string()).nullish(),
    cookiesBefore: z.array(cookie).nullish(),
    app: z.string().nullable(),
    site_app: z.string().nullish(),
    request: request.nullish(),
    script: z.array(step).nullish(),
  })
  .refine((one) => one.request || one.script?.length, { path: ['request'], error: 'is missing' })
  .refine((one) => !one.script?.length || one.script.some((each) => 'request' in each), {
    path: ['script'],
    error: 'asks for nothing: add a {"request": …}',
  })

export type BrowserCase = z.infer<typeof schema>
export type CaseRequest = z.infer<typeof request>
export type CaseBody = z.infer<typeof body>
export type CaseCookie = z.infer<typeof cookie>
export type CaseStep = z.infer<typeof step>

/**
 * Reads a file of cases: one, or an array of them.
 * @throws {InputError} with one line that names the file, the case and the field
 */
export function readCases(path: string): BrowserCase[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new InputError(`${path}: no such file; name one with browser cases in JSON`)
  }
  return parseCases(text, path)
}

/** @param name  of the file, for messages */
export function parseCases(text: string, name: string): BrowserCase[] {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    throw new InputError(`${name}: is not JSON (${error instanceof Error ? error.message : String(error)})`)
  }
  return (Array.isArray(data) ? data : [data]).map((one: unknown, index) => {
    const { success, data: read, error } = schema.safeParse(one)
    if (success) return read
    const [issue] = error.issues
    throw new InputError(`${name}: ${nameOf(one, index)}: ${describeIssue(issue)}`)
  })
}

function nameOf(one: unknown, index: number): string {
  const id = typeof one === 'object' && one !== null && 'id' in one ? one.id : undefined
  return typeof id === 'string' && id !== '' ? `case "${id}"` : `case number ${index + 1}`
}

function describeIssue(issue: z.core.$ZodIssue | undefined): string {
  if (!issue) return 'is malformed'
  const place = issue.path.reduce<string>(
    (path, key) => (typeof key === 'number' ? `${path}[${key}]` : path === '' ? String(key) : `${path}.${String(key)}`),
    '',
  )
  const what = issue.code === 'invalid_type' && issue.message.includes('undefined') ? 'is missing' : issue.message
  return place === '' ? what : `\`${place}\` ${what.replace(/^Invalid/, 'is an invalid')}`
}
