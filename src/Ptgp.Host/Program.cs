if (args is ["schema"]) { Console.Write(Ptgp.Host.Configuration.OptionsSchema.OfHostConfiguration()); }
