// The door of the trace room: reads recorded events into what views show. Pure functions, no DOM, no Python.
export type { RingOrigin, HeaderChange, RingView, Step, ExchangeView, Row, RowStep, ShownExchange } from './model'
export { viewExchange, viewUnsent, stackView } from './view'
export { listParts, type RunPart, type Hop } from './parts'
export type { BrowserPart, BrowserRule, PageHeader, PageVerdict } from './page-view'
export {
  foldExchange,
  pictureAt,
  shownStep,
  stepAtSeq,
  firstStepOf,
  stepByLayer,
  stepByChange,
  restingStep,
} from './fold'
export { narrate, narrateStack, pageReads, sentenceText, type Sentence } from './narrate'
export { narrateMoment } from './narrate-moment'
export { storyAt, storyMarkdown, storyText, tellStory, type StoryLine } from './story'
export { hexRows, joinPieces, readBodies, type BodyPiece, type BodyRow } from './bodies'
export { layerLabel, ringWords } from './label'
export { readLayer, sourceBlocks, type LayerLine, type LayerMessage, type LayerReading, type LayerTime } from './layer'
export { headerTable, thinTable, type HeaderTableView, type TableCell, type TableLine } from './table'
export { alignSteps, firstParting, matchExchanges, nextParting, type JoinedStep, type MatchedExchange } from './align'
export {
  compareRuns,
  type ClientDifference,
  type Comparable,
  type Comparison,
  type EventDifference,
  type Names,
} from './compare'
export {
  cycleLine,
  isLine,
  listMoments,
  momentAt,
  reachOf,
  stepByLine,
  stepToLine,
  type LinePlace,
  type Moment,
  type Standing,
} from './moments'
export { readLineMarks, type LineMarks, type LineValues } from './lines'
export { registeredLayers } from './registered'
export { eventWords } from './event-words'
export { lastUpTo } from './by-exchange'
export {
  laneLetter,
  lanesAt,
  nextWait,
  readLanes,
  type Lane,
  type LaneBar,
  type LaneNow,
  type LanesView,
  type TimePoint,
  type Span,
  type ThreadSpan,
  type Hold,
  type Wait,
} from './lanes'
export { laneWords, msWords, narrateLanes, stateWords, type CodeOf } from './lane-words'
export { diffHeaders, parseHeaderLines } from './headers'
export {
  originWords,
  targetOf,
  pageWords,
  rowName,
  tellingFirst,
  ringsOfRow,
  dropSuffix,
  cutMiddle,
  closeWords,
  verdictSentence,
  blockWords,
  isShown,
} from './words'
export { judgePrediction, type Judged, type Prediction } from './predict'
