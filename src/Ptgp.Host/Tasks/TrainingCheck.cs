using System.Reflection;
using Ptgp.Backbone;

namespace Ptgp.Host.Tasks;

/// <summary>Finds what of a training's data and recipe can be found wrong without a weight of the backbone.</summary>
internal abstract class TrainingCheck
{
    /// <summary>Checks that each file can be read and holds something, and that the recipe's targets are there.</summary>
    /// <param name="plugin">The task's plugin.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="weights">The names of the backbone's weights.</param>
    /// <param name="isJoint">Whether the backbone is tuned as a whole, whatever the recipe says.</param>
    /// <exception cref="UserException">Something will not do.</exception>
    /// <exception cref="InvalidDataException">A file holds nothing but lines that are no examples.</exception>
    public static void Run(ITaskPlugin plugin, TrainingRequest request, IEnumerable<string> weights, bool isJoint)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        var types = TaskRunner.Base(plugin.GetType(), typeof(TaskPlugin<,>))!.GetGenericArguments();
        var check = (TrainingCheck)Activator.CreateInstance(typeof(Of<,>).MakeGenericType(types), BindingFlags.DoNotWrapExceptions | BindingFlags.Instance | BindingFlags.Public, null, [plugin], null)!;
        var recipe = request.Recipe(check.Recipe);
        if (!isJoint && recipe.Tuning is BackboneTuning.LowRank or BackboneTuning.Dora)
        {
            try
            {
                AdapterTargets.Find(weights, recipe.Targets);
            }
            catch (ArgumentException fault)
            {
                throw new UsageException(fault.Message, fault);
            }
        }

        check.Read([.. request.Data, .. request.HeldOut], request);
    }

    private protected abstract FineTuningRecipe Recipe { get; }

    private protected abstract void Read(IReadOnlyList<string> paths, TrainingRequest request);

    private sealed class Of<TInput, TOutput>(TaskPlugin<TInput, TOutput> plugin) : TrainingCheck
    {
        private protected override FineTuningRecipe Recipe => plugin.Recipe;

        private protected override void Read(IReadOnlyList<string> paths, TrainingRequest request) => Datasets.Check(plugin, paths, request.Format, request.IsStrict);
    }
}
