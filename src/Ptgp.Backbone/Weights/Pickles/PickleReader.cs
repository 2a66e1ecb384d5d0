using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Ptgp.Backbone.Weights.Pickles;

/// <summary>
/// Python's stack machine, cut down to what <c>torch.save</c> writes of weights: protocols 2 to 5 without sets, objects or anything else that would
/// run code. Each step reads at least a byte and makes at most one small value, so time and memory are bounded by the pickle's length.
/// </summary>
internal ref struct PickleReader(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding strict = new(false, throwOnInvalidBytes: true);
    private static readonly object?[] emptyTuple = [];

    private readonly ReadOnlySpan<byte> bytes = bytes;
    private readonly List<object?> stack = [];
    private readonly List<int> marks = [];
    private readonly Dictionary<uint, object?> memo = [];

    /// <summary>Gets the storages that were spoken of, in tensors or elsewhere.</summary>
    public PickledStorages Storages { get; } = new();

    /// <summary>Gets where the next byte is read.</summary>
    public int Position { get; private set; }

    /// <summary>Reads one pickle, up to and with its STOP.</summary>
    /// <returns>A dictionary, list, tuple (as an array), tensor, storage, text, number, truth value or null.</returns>
    /// <exception cref="PickleFault">It is broken, or wants more than weights need.</exception>
    public object? Read()
    {
        while (true)
        {
            var at = Position;
            if (at == bytes.Length)
            {
                throw new PickleFault($"is cut short: its pickle ends at byte {at} without a STOP");
            }

            var opcode = (Opcode)Byte();
            if (opcode == Opcode.Stop)
            {
                return Pop();
            }

            try
            {
                Step(opcode);
            }
            catch (PickleFault fault)
            {
                throw new PickleFault($"{fault.Message} (at byte {at} of the pickle)");
            }
        }
    }

    private void Step(Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.Protocol: Protocol(); break;
            case Opcode.Frame: Take(Long(), "frame", consume: false); break;
            case Opcode.Mark: marks.Add(stack.Count); break;
            case Opcode.Pop: Pop(); break;
            case Opcode.PopMark: TakeMarked(); break;
            case Opcode.Duplicate: Push(Top()); break;

            case Opcode.None: Push(null); break;
            case Opcode.True: Push(true); break;
            case Opcode.False: Push(false); break;
            case Opcode.Int: Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case Opcode.Int1: Push((long)Byte()); break;
            case Opcode.Int2: Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case Opcode.Long1: PushWhole(Take(Byte())); break;
            case Opcode.Float: Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;

            case Opcode.Text: Push(Text(UInt())); break;
            case Opcode.ShortText: Push(Text(Byte())); break;
            case Opcode.Text8: Push(Text(Long())); break;
            case Opcode.String: Push(Text(UInt())); break;
            case Opcode.ShortString: Push(Text(Byte())); break;
            case Opcode.Bytes: Push(Take(UInt(), "bytes").ToArray()); break;
            case Opcode.ShortBytes: Push(Take(Byte()).ToArray()); break;

            case Opcode.EmptyDictionary: Push(new PickleDictionary()); break;
            case Opcode.SetItem: SetItem(); break;
            case Opcode.SetItems: SetItems(TakeMarked()); break;
            case Opcode.EmptyList: Push(new PickleList()); break;
            case Opcode.Append: Append([Pop()]); break;
            case Opcode.Appends: Append(TakeMarked()); break;
            case Opcode.EmptyTuple: Push(emptyTuple); break;
            case Opcode.Tuple: Push(TakeMarked()); break;
            case Opcode.Tuple1: PushTuple(1); break;
            case Opcode.Tuple2: PushTuple(2); break;
            case Opcode.Tuple3: PushTuple(3); break;

            case Opcode.Put: memo[Byte()] = Top(); break;
            case Opcode.LongPut: memo[UInt()] = Top(); break;
            case Opcode.Memoize: memo[(uint)memo.Count] = Top(); break;
            case Opcode.Get: Push(Remembered(Byte())); break;
            case Opcode.LongGet: Push(Remembered(UInt())); break;

            case Opcode.Global: Push(PickleGlobals.Find(Line(), Line())); break;
            case Opcode.StackGlobal: StackGlobal(); break;
            case Opcode.Instance: throw Runs($"INST of {PickleFault.Quote($"{Line()}.{Line()}")}");
            case Opcode.Object: throw Runs("OBJ");
            case Opcode.NewObject or Opcode.NewObjectKeywords: throw Runs("NEWOBJ");
            case Opcode.Extension1 or Opcode.Extension2 or Opcode.Extension4: throw Runs("EXT");
            case Opcode.TextPersistentId: throw new PickleFault("holds the opcode PERSID, which torch.save never writes");
            case Opcode.PersistentId: Push(Storages.Add(PickleGlobals.MakeStorage(Pop()))); break;
            case Opcode.Reduce: Reduce(); break;
            case Opcode.Build: Build(); break;
            default: throw new PickleFault($"holds the opcode 0x{(byte)opcode:X2}, which torch.save does not write of weights");
        }
    }

    private static PickleFault Runs(string what) => new($"holds the opcode {what}, which makes objects of classes: a file of weights needs none. Take the safetensors form of this checkpoint, or another source");

    private void Protocol()
    {
        var protocol = Byte();
        if (protocol is < 2 or > 5)
        {
            throw new PickleFault($"must be written in protocol 2 to 5, but says {protocol}");
        }
    }

    private void StackGlobal()
    {
        var (name, module) = (Pop(), Pop());
        Push(PickleGlobals.Find(
            module as string ?? throw new PickleFault("must name a global by texts, but does not"),
            name as string ?? throw new PickleFault("must name a global by texts, but does not")));
    }

    private void Reduce()
    {
        var (arguments, function) = (Pop(), Pop());
        Push(function is PickleFunction known && arguments is object?[] given
            ? known.Call(given)
            : throw new PickleFault("must call a known function with a tuple, but calls something else"));
    }

    // The only state there is: what modules say of their versions, which nobody needs.
    private void Build()
    {
        var state = Pop();
        if (Top() is not PickleDictionary || state is not PickleDictionary { Pairs: [("_metadata", PickleDictionary)] })
        {
            throw new PickleFault("must set nothing but '_metadata' of an OrderedDict, but sets something else");
        }
    }

    private void SetItem()
    {
        var (value, key) = (Pop(), Pop());
        Dictionary().Add(key, value);
    }

    private void SetItems(object?[] items)
    {
        var dictionary = Dictionary();
        if (items.Length % 2 != 0)
        {
            throw new PickleFault("must give each key of a dictionary a value, but leaves one without");
        }

        for (var i = 0; i < items.Length; i += 2)
        {
            dictionary.Add(items[i], items[i + 1]);
        }
    }

    private readonly PickleDictionary Dictionary() => Top() as PickleDictionary ?? throw new PickleFault("must set items of a dictionary, but does so of something else");

    private readonly void Append(object?[] items)
    {
        var list = Top() as PickleList ?? throw new PickleFault("must append to a list, but does so to something else");
        foreach (var item in items)
        {
            list.Add(item);
        }
    }

    private void PushTuple(int length)
    {
        var tuple = new object?[length];
        for (var i = length - 1; i >= 0; i--)
        {
            tuple[i] = Pop();
        }

        Push(tuple);
    }

    private readonly object? Remembered(uint index) => memo.TryGetValue(index, out var value) ? value : throw new PickleFault($"remembers value {index}, which it never stored");

    private readonly void Push(object? value) => stack.Add(value);

    // Writers take more bytes than a number needs. Only the magic number of the legacy form takes more than 64 bits.
    private readonly void PushWhole(ReadOnlySpan<byte> digits)
    {
        var number = new BigInteger(digits);
        Push(number >= long.MinValue && number <= long.MaxValue ? (long)number : (object)number);
    }

    private readonly object? Pop()
    {
        var value = Top();
        stack.RemoveAt(stack.Count - 1);
        return value;
    }

    // What lies below a mark belongs to whoever set it.
    private readonly object? Top() => stack.Count > (marks.Count > 0 ? marks[^1] : 0) ? stack[^1] : throw new PickleFault("takes a value off an empty stack");

    private readonly object?[] TakeMarked()
    {
        if (marks.Count == 0)
        {
            throw new PickleFault("takes all values up to a mark, but set none");
        }

        var start = marks[^1];
        marks.RemoveAt(marks.Count - 1);
        var values = stack.Count == start ? emptyTuple : CollectionsMarshal.AsSpan(stack)[start..].ToArray();
        stack.RemoveRange(start, stack.Count - start);
        return values;
    }

    private byte Byte() => Take(1)[0];

    private uint UInt() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    private ulong Long() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    private string Line()
    {
        var length = bytes[Position..].IndexOf((byte)'\n');
        if (length < 0)
        {
            throw new PickleFault("is cut short: a name does not end");
        }

        var line = Text((uint)length);
        Position++;
        return line;
    }

    private string Text(ulong length)
    {
        try
        {
            return strict.GetString(Take(length, "text"));
        }
        catch (DecoderFallbackException)
        {
            throw new PickleFault("holds a text that is not UTF-8");
        }
    }

    private ReadOnlySpan<byte> Take(ulong length, string what = "value", bool consume = true)
    {
        if (length > (ulong)(bytes.Length - Position))
        {
            throw new PickleFault($"is cut short: a {what} of {length} bytes begins at byte {Position} of the pickle, which ends at byte {bytes.Length}");
        }

        var taken = bytes.Slice(Position, (int)length);
        Position += consume ? (int)length : 0;
        return taken;
    }
}
