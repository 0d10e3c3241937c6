// What the page asks of the engine. Types only: the engine itself is fetched when it is first needed.
export type { Engine as EnginePort, EngineNotice, EngineStatus, Lane, Program, ServerState } from '../../engine'
