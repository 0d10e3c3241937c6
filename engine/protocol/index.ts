export type { Ms, HeaderList, BodyText, WireRequest, RequestGroup, SocketScript, SocketLine } from './request'
export type { CallMessage, WorkerMessage } from './wire'
export { BROWSER, SERVER, ENDPOINT } from './trace'
export type {
  LayerOrigin,
  Layer,
  Place,
  CallPhase,
  Wait,
  SocketView,
  BodyView,
  MessageView,
  ScopeView,
  ScopeChange,
  ErrorView,
  TraceEvent,
  StopView,
  Versions,
  Exchange,
  SessionError,
  SessionInfo,
  RunDocument,
  ClientRun,
} from './trace'
export type {
  SourceFiles,
  Limits,
  OpenOptions,
  CheckResult,
  SendResult,
  BackResult,
  OrdersInput,
  OrdersResult,
  OrderGroup,
  EngineCalls,
  CallName,
  BootStep,
  EngineEvents,
} from './calls'
