// The door of the room that shows one layer of a run from all sides.
export { LayerInspector } from './LayerInspector'
