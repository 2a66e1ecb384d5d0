using System.Reflection;
using System.Runtime.Loader;
using Microsoft.Extensions.Configuration;
using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;

namespace Ptgp.Host.Tests.Plugins;

/// <summary>What happens when a plugin's code is loaded and its constructor runs.</summary>
public class PluginTests
{
    [Fact]
    public void AConstructorGetsOptionsLoggerAndHost()
    {
        using var folder = new PluginFolder("Good");
        var log = new Log();
        var plugin = folder.Discover().Find("good");
        using (var instance = plugin.Create(new() { TaskName = "en-de", Log = log }))
        {
            Assert.Equal((typeof(string), typeof(string)), (instance.InputType, instance.OutputType));
            Assert.Equal("Hello, you", ((TaskPlugin<string, string>)instance.Plugin).ToText("you"));
        }

        Assert.Equal(["status Ptgp.BadPlugins.Good: en-de greets", "warn Ptgp.BadPlugins.Good: gone"], log.Lines);
    }

    [Fact]
    public void OptionsComeFromTheTask()
    {
        using var folder = new PluginFolder("Good");
        using var instance = Create(folder, "tasks:task:options:greeting", "Hallo");
        Assert.Equal("Hallo, you", ((TaskPlugin<string, string>)instance.Plugin).ToText("you"));
    }

    [Theory]
    [InlineData("Good", "greting", "Hallo", "tasks:task:options:greting is not known. Did you mean 'greeting'?")]
    [InlineData("OptionsDoNotHold", "beams", "11", "tasks:task:options:beams must be from 1 to 10, but is 11.")]
    [InlineData("ThrowsInConstructor", "beams", "11", "tasks:task:options:beams is not known. No keys are known here.")]
    public void OptionsThatDoNotHoldAreReportedWithTheirKeys(string plugin, string key, string value, string fault)
    {
        using var folder = new PluginFolder(plugin);
        var e = Assert.Throws<PluginException>(() => Create(folder, $"tasks:task:options:{key}", value));
        Assert.Equal(PluginFaultCode.Options, e.Fault.Code);
        Assert.Equal($"Plugin '{e.Fault.Plugin}' must be given options that hold, but is not:\n  {fault}", e.Message);
    }

    private static PluginInstance Create(PluginFolder folder, string key, string value)
    {
        var options = new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build().GetSection("tasks:task:options");
        return Assert.Single(folder.Discover().Plugins).Create(new() { TaskName = "task", Options = type => OptionsBinder.Bind(type, options) });
    }

    [Fact]
    public void AnotherInstanceIsAnotherObject()
    {
        using var folder = new PluginFolder("Good");
        var plugin = folder.Discover().Find("good");
        using var one = plugin.Create(new() { TaskName = "one" });
        using var two = plugin.Create(new() { TaskName = "two" });
        Assert.NotSame(one.Plugin, two.Plugin);
        Assert.Same(one.Plugin.GetType(), two.Plugin.GetType());
    }

    [Fact]
    public void EachPluginHasALoadContextOfItsOwnAndSharesTheContract()
    {
        using var folder = new PluginFolder("Good", "Parameterless");
        var catalog = folder.Discover();
        using var good = catalog.Find("good").Create(new() { TaskName = "task" });
        using var other = catalog.Find("parameterless").Create(new() { TaskName = "task" });
        Assert.NotSame(AssemblyLoadContext.GetLoadContext(good.Plugin.GetType().Assembly), AssemblyLoadContext.GetLoadContext(other.Plugin.GetType().Assembly));
        Assert.IsType<TaskPlugin<string, string>>(good.Plugin, exactMatch: false);
    }

    [Fact]
    public void AConstructorThatThrowsIsReported()
    {
        using var folder = new PluginFolder("ThrowsInConstructor");
        Expect(folder, PluginFaultCode.Throws, "Plugin 'throws-in-constructor' cannot be made: its constructor failed with InvalidOperationException: No licence was found. Ask its author, or show more with --verbose.");
    }

    [Fact]
    public void AStaticConstructorThatThrowsIsReported()
    {
        using var folder = new PluginFolder("ThrowsInStaticConstructor");
        Expect(folder, PluginFaultCode.Throws,
            "Plugin 'throws-in-static-constructor' cannot be made: its static constructor failed with FormatException: The input string 'seven' was not in a correct format. Ask its author, or show more with --verbose.");
    }

    [Fact]
    public void AConstructorThatHangsIsGivenUp()
    {
        using var folder = new PluginFolder("HangsInConstructor");
        Expect(folder, PluginFaultCode.Hangs,
            "Plugin 'hangs-in-constructor' must be made within 0.5 seconds, but its constructor has not ended. Move slow work out of the constructor. The thread it runs on is lost until the host is started again.",
            TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    public void AConstructorThatAsksForAnythingElseIsReported()
    {
        using var folder = new PluginFolder("AsksForUnknown");
        Expect(folder, PluginFaultCode.Constructor,
            "Plugin 'asks-for-unknown' asks its constructor for IServiceProvider, which plugins are not given. " +
            "Ask for an options record of the plugin's own (a class with a parameterless constructor), ILogger<AsksForUnknown> or IHostServices, or for nothing.");
    }

    [Fact]
    public void AConstructorMayAskForOneOptionsRecordOnly()
    {
        using var folder = new PluginFolder("AsksForTwoOptions");
        Expect(folder, PluginFaultCode.Constructor, "Plugin 'asks-for-two-options' may ask for one options record, but asks for Left and Right. Make one record of them.");
    }

    [Fact]
    public void AnAssemblyThatIsGoneWhenItIsNeededIsReported()
    {
        using var folder = new PluginFolder("Good");
        var plugin = folder.Discover().Find("good");
        var e = Assert.Throws<PluginException>(() => plugin.Create(new() { TaskName = "task", Options = _ => throw new FileNotFoundException(null, "Words, Version=1.0.0.0") }));
        Assert.Equal("Plugin 'good' needs 'Words', which its folder lacks. Copy the whole output folder of the plugin.", e.Message);
    }

    [Fact]
    public void ASecondSetOfTypesIsNoticed()
    {
        using var folder = new PluginFolder("Good");
        var e = Assert.Throws<PluginException>(() => folder.Discover(loaders: new Splitting()).Find("good").Create(new() { TaskName = "task" }));
        Assert.Equal(PluginFaultCode.SharedVersion, e.Fault.Code);
        Assert.StartsWith("Plugin 'good' must share the host's Ptgp.Abstractions, but got 1.0.0.0 from '", e.Message, StringComparison.Ordinal);
    }

    private static void Expect(PluginFolder folder, PluginFaultCode code, string message, TimeSpan? deadline = null)
    {
        var fault = folder.FaultOfCreating(deadline);
        Assert.Equal(message, fault.ToString());
        Assert.Equal(code, fault.Code);
    }

    private sealed class Log : IConsoleLog
    {
        public List<string> Lines { get; } = [];

        public void Status(string message) => Lines.Add("status " + message);

        public void Warn(string message) => Lines.Add("warn " + message);

        public void Detail(string message) => Lines.Add("detail " + message);
    }

    // What happens without sharing: the plugin gets a contract of its own.
    private sealed class Splitting : IPluginLoaderFactory
    {
        public IPluginLoader Create(string assemblyPath) => new Loader(assemblyPath);

        private sealed class Loader(string assemblyPath) : IPluginLoader
        {
            private readonly AssemblyLoadContext context = Context();

            public Assembly LoadMain() => context.LoadFromAssemblyPath(assemblyPath);

            public Assembly Load(AssemblyName name) => context.LoadFromAssemblyName(name);

            private static AssemblyLoadContext Context()
            {
                var context = new AssemblyLoadContext("split");
                context.LoadFromAssemblyPath(typeof(ITaskPlugin).Assembly.Location);
                return context;
            }
        }
    }
}
