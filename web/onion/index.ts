// The door of the onion room.
export { OnionView, onionBox, type OnionViewProps } from './OnionView'
export { fitsIn } from './drawing'
export { marginFor, type OnionBox } from './geometry'
