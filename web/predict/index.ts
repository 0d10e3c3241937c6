// Door of the room in which a run is guessed before it happens.
export { PredictPane } from './PredictPane'
