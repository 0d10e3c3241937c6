// The door of the trace room: reads recorded events into what views show. Pure functions, no DOM, no Python.
export type {
  RingOrigin,
  RingRole,
  HeaderChange,
  RequestDeeds,
  ResponseDeeds,
  RingError,
  RingView,
  StepKind,
  Step,
  Outcome,
  ExchangeView,
  Row,
  RowStep,
  ShownExchange,
} from './model'
export { viewExchange, stackView, strongestChange, type Readable } from './view'
export {
  foldExchange,
  shownStep,
  stepAtSeq,
  firstStepOf,
  stepByLayer,
  stepByChange,
  restingStep,
  type FoldOptions,
} from './fold'
export { narrate, narrateStack, sentenceText, type Sentence, type SentencePart } from './narrate'
export { layerLabel } from './label'
export { headerTable, thinTable, type HeaderTableView, type TableColumn, type TableCell, type TableLine } from './table'
export { diffHeaders, groupHeaders, parseHeaderLines } from './headers'
export { rowName, rowShortName, ringsOfRow, dropSuffix, cutMiddle, listWords, numberWord } from './words'
