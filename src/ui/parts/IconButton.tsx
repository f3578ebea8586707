import { Button, type ButtonProps, Tooltip, TooltipTrigger } from 'react-aria-components';
import { Icon, type IconName } from './Icon';
import styles from './IconButton.module.css';

interface Props extends Omit<ButtonProps, 'className' | 'children' | 'aria-label'> {
  label: string;
  icon: IconName;
  /** False where Escape must reach the dialog around the button: it would close the tooltip first. */
  hasTooltip?: boolean;
}

/** A button that is an icon, with its words for screen readers and on hover. */
export function IconButton({ label, icon, hasTooltip = true, ...props }: Props) {
  return (
    <TooltipTrigger delay={500} isDisabled={!hasTooltip}>
      <Button {...props} aria-label={label} className={styles.button}>
        <Icon name={icon} />
      </Button>
      <Tooltip className={styles.tooltip} offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
