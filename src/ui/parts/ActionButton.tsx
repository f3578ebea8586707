import { Button, type ButtonProps } from 'react-aria-components';
import styles from './ActionButton.module.css';
import { Icon, type IconName } from './Icon';

interface Props extends Omit<ButtonProps, 'className' | 'children'> {
  children: string;
  look?: 'primary' | 'plain' | 'quiet';
  icon?: IconName;
}

export function ActionButton({ look = 'plain', icon, children, ...props }: Props) {
  return (
    <Button {...props} className={`${styles.button} ${styles[look]}`}>
      {icon && <Icon name={icon} size={18} />}
      {children}
    </Button>
  );
}
