// Door of the reading room.
export { LessonPane } from './LessonPane'
