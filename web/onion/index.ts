// The door of the onion room.
export { OnionPicture } from './OnionPicture'
export { OnionView } from './OnionView'
export { fitsIn } from './drawing'
export { StackPicture } from './StackPicture'
export { onionBox } from './geometry'
export type { LayerChanges } from './LayerControls'
