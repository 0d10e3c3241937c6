// Door of the room of shared shapes.
export { Button, type ButtonProps } from './Button'
export { Icon, Mark, type IconName } from './Icon'
