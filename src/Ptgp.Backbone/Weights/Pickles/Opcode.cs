namespace Ptgp.Backbone.Weights.Pickles;

/// <summary>What a pickle can say, by Python's <c>pickletools</c>; what is not here is refused as unknown.</summary>
internal enum Opcode : byte
{
    Mark = (byte)'(',
    Stop = (byte)'.',
    Pop = (byte)'0',
    PopMark = (byte)'1',
    Duplicate = (byte)'2',
    Float = (byte)'G',
    Int = (byte)'J',
    Int1 = (byte)'K',
    Int2 = (byte)'M',
    None = (byte)'N',
    TextPersistentId = (byte)'P',
    PersistentId = (byte)'Q',
    Reduce = (byte)'R',
    String = (byte)'T',
    ShortString = (byte)'U',
    Text = (byte)'X',
    Append = (byte)'a',
    Build = (byte)'b',
    Global = (byte)'c',
    EmptyDictionary = (byte)'}',
    Appends = (byte)'e',
    Get = (byte)'h',
    Instance = (byte)'i',
    LongGet = (byte)'j',
    EmptyList = (byte)']',
    Object = (byte)'o',
    Put = (byte)'q',
    LongPut = (byte)'r',
    SetItem = (byte)'s',
    Tuple = (byte)'t',
    EmptyTuple = (byte)')',
    SetItems = (byte)'u',

    // Protocol 2
    Protocol = 0x80,
    NewObject = 0x81,
    Extension1 = 0x82,
    Extension2 = 0x83,
    Extension4 = 0x84,
    Tuple1 = 0x85,
    Tuple2 = 0x86,
    Tuple3 = 0x87,
    True = 0x88,
    False = 0x89,
    Long1 = 0x8a,

    // Protocol 3
    Bytes = (byte)'B',
    ShortBytes = (byte)'C',

    // Protocol 4
    ShortText = 0x8c,
    Text8 = 0x8d,
    NewObjectKeywords = 0x92,
    StackGlobal = 0x93,
    Memoize = 0x94,
    Frame = 0x95,
}
