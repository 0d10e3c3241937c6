// Door of the room that shows a session as lanes on the virtual time axis.
export { SequencePane } from './SequencePane'
