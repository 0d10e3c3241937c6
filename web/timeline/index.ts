// The door of the timeline room.
export { Tape, type TapeProps } from './Tape'
export { Narration, SentenceText, type NarrationProps } from './Narration'
export { HeaderTable, DirectionSwitch, type HeaderTableProps } from './HeaderTable'
export { stepForKey } from './steps'
