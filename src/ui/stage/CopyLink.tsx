import { useEffect, useState } from 'react';
import { ActionButton } from '../parts/ActionButton';

const confirmMs = 2000;

/** @param query of what to link to: the address bar may lag behind a setting, or be another picture's */
export function CopyLink({ query }: { query: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return undefined;
    const timer = setTimeout(() => setState('idle'), confirmMs);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    const url = new URL(location.href);
    url.search = query;
    try {
      await navigator.clipboard.writeText(url.href);
      setState('copied');
    } catch {
      setState('failed');
    }
  };
  const words = {
    idle: 'Copy link',
    copied: 'Link copied',
    failed: 'Copy it from the address bar',
  };
  return (
    <ActionButton
      look="quiet"
      icon={state === 'copied' ? 'check' : 'link'}
      onPress={() => void copy()}
    >
      {words[state]}
    </ActionButton>
  );
}
