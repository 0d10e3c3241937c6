// Door of the room that shows one layer in several spellings.
export { SpellingsPane } from './SpellingsPane'
