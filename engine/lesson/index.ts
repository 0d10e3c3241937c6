// The door to lessons and questions for the page. Reading files (`parse.ts`) brings YAML and a schema along and is
// imported on its own, when a lesson is opened; validating (`validate.ts`) and the disk (`node.ts`) are for authors.
export type { Lesson, Question } from './parse'
export { judgeAnswer, type Answer, type Judgement } from './judge'
export { findStep, type ShowTarget } from './find-step'
export { checkSentences } from './check-sentences'
