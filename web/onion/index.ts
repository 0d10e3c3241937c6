// The door of the onion room.
export { OnionView, type OnionViewProps } from './OnionView'
export { fitsIn } from './drawing'
export { onionBox, type OnionBox } from './geometry'
