// The door of the timeline room.
export { Tape } from './Tape'
export { Narration, SentenceText, sentenceAt } from './Narration'
export { HeaderTable, DirectionSwitch } from './HeaderTable'
export { MovePanel } from './MovePanel'
export { useMoves } from './use-moves'
export { Story } from './Story'
export { BodyTable } from './BodyTable'
