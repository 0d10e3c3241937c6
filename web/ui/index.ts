// Door of the room of shared shapes.
export { Button } from './Button'
export { Icon, Mark, type IconName } from './Icon'
