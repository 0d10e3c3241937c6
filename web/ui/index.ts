// Door of the room of shared shapes.
export { Button } from './Button'
export { Ticked } from './Ticked'
export { Icon, Mark, type IconName } from './Icon'
