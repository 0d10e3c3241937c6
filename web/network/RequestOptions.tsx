// The requests of the file as options of a select, numbered as they stand there.
import { useMemo } from 'react'
import type { HttpFile } from '../../engine/requests'
import { readRequests, useApp } from '../store'

type Requests = HttpFile['requests']

const NONE: Requests = []

/** The requests of the file; none where it cannot be read. */
export function useRequestList(): Requests {
  const files = useApp((s) => s.files)
  return useMemo(() => {
    const read = readRequests(files)
    return read.kind === 'read' ? read.file.requests : NONE
  }, [files])
}

/** A title that says more than method and path stands with the method, or with both. */
export function RequestOptions({ requests, beside = 'method' }: { requests: Requests; beside?: 'method' | 'whole' }) {
  return requests.map(({ title, text: { method, target } }, at) => {
    const whole = `${method} ${target}`
    return (
      <option key={at} value={at}>
        {at + 1}. {title === whole ? title : `${title} (${beside === 'whole' ? whole : method})`}
      </option>
    )
  })
}
