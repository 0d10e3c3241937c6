// Door of the room in which a session is seen as a tree.
export { BranchesPane } from './BranchesPane'
