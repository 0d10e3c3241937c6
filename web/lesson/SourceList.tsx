// Which claims a lesson judges, who makes them, and what the run said.
import type { Lesson } from '../../engine/lesson'

const VERDICTS = { holds: 'holds', fails: 'does not hold', depends: 'depends' } as const

const DOCUMENTS = {
  'blog-post': 'a blog post',
  'core-concepts': 'a page of core concepts',
  'course-page': 'a course',
  'interview-qa': 'interview answers',
  'skill-reference': 'a reference',
} as const

/** Claims behind a lesson with their verdicts, folded away. */
export function SourceList({ lesson }: { readonly lesson: Lesson }) {
  return (
    <details className="ls-sources">
      <summary>What this rests on</summary>
      <p>
        Each claim was put to a run of the {lesson.proof.program === 'start' ? 'program as you met it' : 'solution'}, on
        the library itself.
      </p>
      <ul>
        {lesson.sources.map((source) => (
          <li key={source.claim}>
            <b>{VERDICTS[source.verdict]}</b> <code>{source.claim}</code>
            <small>
              {source.documents.length === 0
                ? 'no text says so; put to the library'
                : `said by ${source.documents.map((name) => DOCUMENTS[name]).join(', ')}`}
              . {sentenceOf(source.proof)}
            </small>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** `proof_the_last_one` as words. */
function sentenceOf(proof: string): string {
  return `Shown: ${proof.replace(/^proof_/, '').replaceAll('_', ' ')}.`
}
