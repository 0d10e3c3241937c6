// Buttons as the whole page has them. What they do is said by their label.
import type { ReactNode } from 'react'
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components'

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children'> {
  readonly look?: 'plain' | 'primary' | 'quiet'
  /** Square, for an icon alone; needs an `aria-label`. */
  readonly icon?: boolean
  readonly children: ReactNode
}

export function Button({ look = 'plain', icon = false, ...rest }: ButtonProps) {
  const classes = ['button', look === 'plain' ? '' : `button--${look}`, icon ? 'button--icon' : '']
  return <AriaButton {...rest} className={classes.filter(Boolean).join(' ')} />
}
