// Door of the room that lays two runs side by side.
export { ComparePane } from './ComparePane'
