// Door of the quiz room.
export { QuizPane } from './QuizPane'
