// The schema and the protocol's types say the same, key by key; else nothing compiles.
import { expectTypeOf } from 'vitest'
import type { z } from 'zod'
import type { traceSchema } from './schema'
import type { TraceFile } from './trace-file'

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T

type Said = z.infer<typeof traceSchema>
type Meant = Mutable<TraceFile>

expectTypeOf<Said>().toEqualTypeOf<Meant>()
