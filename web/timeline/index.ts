// The door of the timeline room.
export { Tape } from './Tape'
export { Narration } from './Narration'
export { HeaderTable, DirectionSwitch } from './HeaderTable'
