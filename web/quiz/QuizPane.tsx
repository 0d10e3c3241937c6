// The questions of a lesson as cards, one below the other. Answers are kept by the store; nothing is sent anywhere.
import { useRef } from 'react'
import type { Lesson } from '../../engine/lesson'
import { useApp } from '../store'
import { QuestionCard } from './QuestionCard'
import { readStored } from './stored'
import './quiz.css'

/** Question cards of one lesson. */
export function QuizPane({ lesson }: { readonly lesson: Lesson }) {
  const answers = useApp((s) => s.progress[lesson.folder]?.answers)
  const answer = useApp((s) => s.answer)
  const list = useRef<HTMLOListElement>(null)
  const goTo = (index: number) => list.current?.querySelectorAll<HTMLElement>('.qz-card')[index]?.focus()
  return (
    <section className="qz" aria-label="Questions">
      <ol ref={list}>
        {lesson.questions.map((question, index) => (
          <li key={question.id}>
            <QuestionCard
              lesson={lesson}
              question={question}
              number={index + 1}
              count={lesson.questions.length}
              stored={readStored(question, answers?.[question.id])}
              onAnswer={(stored) => answer(lesson.folder, question.id, stored)}
              onNext={index + 1 < lesson.questions.length ? () => goTo(index + 1) : null}
            />
          </li>
        ))}
      </ol>
    </section>
  )
}
