// Where the lesson is read. What stands in it is the lesson room's, fetched when it is first shown.
import { fetched } from '../ui'

export const LessonSlot = fetched({
  load: async () => (await import('../lesson')).LessonPane,
  wait: 'Fetching the lessons.',
  what: 'The lesson',
})
