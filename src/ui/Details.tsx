import { totalStatistics } from '../store/total-statistics';
import { ComputeSection } from './compute/ComputeSection';
import { ComparisonNumbers } from './numbers/ComparisonNumbers';
import { RunNumbers } from './numbers/RunNumbers';
import { useShownOutcome } from './stage/use-shown-outcome';

/** The numbers behind the pictures on the stage. */
export function Details() {
  const outcome = useShownOutcome();
  if (!outcome) return null;
  if (outcome.kind === 'strip') {
    const statistics = outcome.results.map((result) => result.statistics);
    return <RunNumbers statistics={totalStatistics(statistics)} made={outcome} />;
  }
  return (
    <>
      {outcome.kind === 'pictures' ? (
        <RunNumbers statistics={outcome.result.statistics} made={outcome} />
      ) : (
        <ComparisonNumbers outcome={outcome} />
      )}
      <ComputeSection key={outcome.id} outcome={outcome} />
    </>
  );
}
